"""Whom a client of TLS trusts."""

import ssl

from base.tls import trusting_authorities, trusting_nobody


def test_a_client_of_others_asks_for_a_certificate_of_an_authority_and_for_the_name() -> None:
    context = trusting_authorities()

    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) > 50
    assert trusting_authorities() is context


def test_a_client_of_plain_http_trusts_no_certificate_at_all() -> None:
    context = trusting_nobody()

    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs() == []
