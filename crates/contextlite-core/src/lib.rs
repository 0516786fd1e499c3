//! Index files into SQLite and pick the best passages for a query under a token budget.
