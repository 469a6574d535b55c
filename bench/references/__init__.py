"""The same job in other frameworks; none of them is a dependency of the product."""
