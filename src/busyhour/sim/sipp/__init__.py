"""The telephone network and the agents' phones, played by SIPp: separate processes with their own ledger.

Nothing here knows the product: it speaks SIP and RTP to whatever PBX calls it, and says afterwards what it saw.
"""
