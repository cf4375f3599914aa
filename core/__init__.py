"""A few nameless helpers that every app may use: errors, transitions, money. No models."""
