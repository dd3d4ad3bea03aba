"""Speed, memory and figures on the development set: ``make bench`` writes bench.json."""
