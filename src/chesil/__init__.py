"""Chesil: the open workbench for planning primary care in England, neighbourhood by neighbourhood."""
