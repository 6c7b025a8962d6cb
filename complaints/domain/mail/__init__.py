"""E-mail of cases: mailboxes, taking in what comes, and sending what we answer."""
