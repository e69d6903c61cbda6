"""The texts of `rolloutgen explain`: refusals, findings, reasons of edits."""
