"""What learners share: rows in order, features that a graph can make, trees, linear models, held-out answers."""
