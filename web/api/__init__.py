"""The API: operations under `/api/v1`, each a view with a stated right and strict shapes."""
