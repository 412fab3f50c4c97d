"""Transaction cost analysis: what an order cost, term by term, and compared with what. Nothing missing is made up."""
