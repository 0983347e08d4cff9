"""One comparison as files: each form by the ending of a name, and all of them in one folder."""
