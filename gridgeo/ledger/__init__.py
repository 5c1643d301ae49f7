"""A grid -> what is filed: ledgers as workbooks and tables, and a card for each zone."""

from gridgeo.ledger.book import LedgerForm, write_ledger
from gridgeo.ledger.cards import ZoneCard, zone_card, zone_cards

__all__ = ["LedgerForm", "ZoneCard", "write_ledger", "zone_card", "zone_cards"]
