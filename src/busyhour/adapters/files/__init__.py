"""Files of contacts: CSV in both forms, the native form, workbooks. Implements `service/list_files.py`."""
