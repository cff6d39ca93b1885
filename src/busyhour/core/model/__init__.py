"""The words of the domain: frozen values shared by every ring.

One name for each concept, from `docs/requirements/contact-centre.md` Part 5. Values only: nothing here can act.
"""
