"""Which path of the inspector's is whose."""

from starlette.routing import Route

from console.deeds import Deeds
from console.pages import Pages

from .forms import InspectorForms
from .guests import Guests
from .pages import InspectorPages


def paths(inspector: InspectorPages, pages: Pages, deeds: Deeds) -> list[Route]:
    """The routes of the inspector's pages, and of those whom a link lets look."""
    forms, guests = InspectorForms(inspector, deeds), Guests(inspector, pages)
    post = ["POST"]
    parcel, sampling = "/inspect/parcels/{parcel}", "/inspect/samplings/{sampling}"
    return [
        Route("/inspect", inspector.home),
        Route("/inspect/parcel", inspector.find),
        Route("/inspect/van", inspector.find_van),
        Route("/inspect/recall", inspector.recall),
        Route("/inspect/verify", forms.verify, methods=post),
        Route("/inspect/shares", forms.share, methods=post),
        Route("/inspect/shares/{share}/withdraw", forms.withdraw, methods=post),
        Route("/inspect/vans/{device}", inspector.van),
        Route(parcel, inspector.parcel),
        Route(f"{parcel}/disposition", forms.dispose, methods=post),
        Route(f"{parcel}/record.{{form}}", inspector.file),
        Route("/inspect/samplings", forms.book, methods=post),
        Route(sampling, inspector.sampling),
        Route(f"{sampling}/freeze", forms.freeze, methods=post),
        Route(f"{sampling}/open", forms.open, methods=post),
        Route(f"{sampling}/result", forms.result, methods=post),
        Route(f"{sampling}/decide", forms.decide, methods=post),
        Route("/s/{token}", guests.listed),
        Route("/s/{token}/{parcel}/record.{form}", guests.file),
    ]
