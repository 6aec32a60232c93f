"""`px upgrade`: a project gets the files of the px that runs."""
