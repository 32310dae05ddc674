"""Alarms after ISA-18.2 and IEC 62682."""
