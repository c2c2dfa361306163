"""Setting up: what each analysis needs of the pack and of a study, gathered so that the plan stays on one screen."""
