"""Who may do what: contacts, their grants, and the roster that follows from them."""
