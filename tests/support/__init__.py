"""What tests share: data, servers, synthetic days."""
