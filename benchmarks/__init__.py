"""Measurements that compare two ways in the same run."""
