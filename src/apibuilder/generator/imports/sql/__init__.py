"""CREATE TABLE statements as an API that keeps what the tables would."""
