"""The tests are a package of their own name: libraries install one called so too, which would be found instead."""
