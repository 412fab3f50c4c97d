"""The REST and WebSocket API: translate, call, translate back."""
