"""What a machine needs: Java, Spark, a lake, the demo, and whether all is well."""
