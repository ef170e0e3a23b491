"""What ships to EMR Serverless: pending control items in, one dbt run, settled items out."""
