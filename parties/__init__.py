"""Who acts and where: parties, sites, products, certificates, keys, and what each may do."""
