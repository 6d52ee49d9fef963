"""What the verifier in the browser says, in the language of the page.

The script holds no sentence of its own, so that every word is in the catalogue. `{n}` and the like
are filled in by the script, as text.
"""

from web.pages.languages import say as _


def verify_words() -> dict[str, str]:
    """Return the sentences of `verify.js` by their names."""
    return {**_outcomes(), **_proven(), **_open(), **_reasons()}


def _outcomes() -> dict[str, str]:
    return {
        "checking": _("Checking on your device…"),
        "verified": _("Verified on your device"),
        "partly": _("Verified in part"),
        "failed": _("The check failed"),
        "unchecked": _("Not checked"),
        "proven_title": _("What this proves"),
        "open_title": _("What this does not prove"),
        "again": _("Verify again"),
        "mark_good": _("time and step checked"),
        "mark_bad": _("check failed"),
        "mark_absent": _("not in the proof"),
    }


def _proven() -> dict[str, str]:
    return {
        "signature": _(
            "The state of the ledger “{origin}” with {size} entries is signed by its key."
        ),
        "records": _(
            "{n} records stand in that ledger. Each is byte for byte what was recorded, the "
            "first on {first}, the last on {last}."
        ),
        "shown": _("The times and steps on this page are those of the records."),
        "items": _("This very item is among those that {n} of the records name."),
        "class_only": _(
            "The records name this product or its lot; none names a single item by proof."
        ),
    }


def _open() -> dict[str, str]:
    return {
        "truth": _("That what an enterprise wrote is true. It answers for that."),
        "hidden": _(
            "{n} parts of the records are not public. Only their fingerprints were checked."
        ),
        "complete": _(
            "That nothing was left out of this page: a step nobody recorded cannot be seen."
        ),
        "key": _(
            "That the key is the right one: it came with this page. Compare "
            "{key} with one published elsewhere."
        ),
        "names": _(
            "The names of places and enterprises come from the register; measured values were not "
            "compared one by one with the records."
        ),
        "absent": _("{n} steps shown here are not in the proof yet. They are marked below."),
    }


def _reasons() -> dict[str, str]:
    return {
        "no_crypto": _(
            "This browser cannot check here: it offers no cryptography on this page. Open the "
            "page over https, or check offline."
        ),
        "no_ed25519": _(
            "This browser cannot check the signature (no Ed25519). Use a newer browser, or "
            "check offline."
        ),
        "no_bundle": _(
            "The proof could not be loaded. Try again in a moment; new records take a few "
            "seconds to be sealed."
        ),
        "no_key": _("This page names no key, so no signature can be checked."),
        "at_entry": _("Entry {seq}, check “{step}”: {reason}"),
        "at_all": _("Check “{step}”: {reason}"),
        "advice": _("Do not rely on the marked records. Keep the proof and call 12315."),
        "step_format": _("form of the proof"),
        "step_checkpoint": _("signature of the ledger"),
        "step_header": _("head of the entry"),
        "step_part": _("public part"),
        "step_payload": _("link to the head"),
        "step_items": _("items named"),
        "step_inclusion": _("place in the ledger"),
        "step_shown": _("shown on this page"),
        "bad_format": _("the proof does not have the expected form."),
        "bad_signature": _("the signature does not fit the key."),
        "bad_hash": _("the contents were changed: their fingerprint does not fit."),
        "bad_inclusion": _("the entry is not in the signed ledger."),
        "bad_items": _("the item is not among those the entry names."),
        "bad_subject": _("the proof is about another product."),
        "bad_time": _("the time shown differs from the record."),
        "bad_title": _("the step shown differs from the record."),
    }
