"""The store on PostgreSQL: private server, schema, and the ports Store, Directory, Lists, Campaigns and Reports."""
