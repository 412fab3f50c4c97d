// Reading JSON without building it: the next value of a text, key by key. Just what recorded feeds need.
#pragma once

#include <cstdint>
#include <string_view>

namespace lob {

// Every call consumes what it names, or sets `bad` for good and answers with nothing.
class Json {
public:
  explicit Json(std::string_view text) : text_(text) {}

  bool bad() const { return bad_; }
  bool at_end() {
    spaces();
    return at_ == text_.size();
  }
  char peek() {
    spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) { // whether it comes next; if so it is gone
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) bad_ = true;
  }

  // For every member of an object: each(key), which consumes its value.
  template <class Each> void object(Each&& each) {
    expect('{');
    if (take('}')) return;
    do {
      const std::string_view key = string();
      expect(':');
      if (bad_) return;
      each(key);
    } while (!bad_ && take(','));
    expect('}');
  }

  template <class Each> void array(Each&& each) {
    expect('[');
    if (take(']')) return;
    do {
      each();
    } while (!bad_ && take(','));
    expect(']');
  }

  std::string_view string() { // without escapes: the names and numbers of a feed have none
    expect('"');
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
    const std::string_view found = text_.substr(from, at_ - from);
    expect('"');
    return bad_ ? std::string_view{} : found;
  }

  std::string_view word() { // a number, true, false or null, as it stands there
    spaces();
    const std::size_t from = at_;
    while (at_ < text_.size() && std::string_view("+-.0123456789abcdefghijklmnopqrstuvwxyzE").find(text_[at_]) != std::string_view::npos) ++at_;
    if (at_ == from) bad_ = true;
    return text_.substr(from, at_ - from);
  }

  std::uint64_t whole() {
    const std::string_view digits = word();
    if (digits.size() > 19) bad_ = true;
    std::uint64_t value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') bad_ = true;
      if (bad_) return 0;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
  }

  void skip(int depth = 0) { // a value of any kind
    if (depth > 32) bad_ = true;
    if (bad_) return;
    switch (peek()) {
    case '{': object([&](std::string_view) { skip(depth + 1); }); break;
    case '[': array([&] { skip(depth + 1); }); break;
    case '"': string(); break;
    default: word();
    }
  }

private:
  void spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

} // namespace lob
