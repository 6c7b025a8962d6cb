"""Who is likely to complain next: a model, a rule for too little data, and how good either is. Pure."""
