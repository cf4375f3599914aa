"""Users, projects, departments, roles and memberships."""
