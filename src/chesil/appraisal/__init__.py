"""Appraisal: options judged against business as usual on criteria in sight, and who would gain or lose."""
