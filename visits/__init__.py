"""Callbacks: was the person content?"""
