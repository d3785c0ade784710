"""Kept: desks (岗位), members, their keys, grants and sign-in."""
