"""What people see: pure functions from the layers below to sentences, tables, graphs and HTML."""
