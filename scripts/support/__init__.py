"""What the commands and the tests share: real servers, real houses, checks."""
