"""The learners: processes that turn a frozen snapshot and a start model into a model folder."""
