"""What asyncua raises, told as what the caller can do: try again, or stop and ask a person."""

import contextlib
import struct
from collections.abc import Iterator

from asyncua import ua
from asyncua.crypto.uacrypto import InvalidSignature

from bobae.core import Refused, Unreachable

CERTIFICATE = frozenset(
    code
    for name, code in vars(ua.StatusCodes).items()
    if name.startswith("BadCertificate") or name in ("BadSecurityChecksFailed", "BadApplicationSignatureInvalid")
)
_NOT_LET_IN = CERTIFICATE | frozenset(
    code
    for name, code in vars(ua.StatusCodes).items()
    if name.startswith(("BadIdentity", "BadSecurity"))
    or name in ("BadUserAccessDenied", "BadUserSignatureInvalid", "BadLicenseExpired")
)


@contextlib.contextmanager
def told(url: str) -> Iterator[None]:
    """Errors of asyncua and of the network inside the block, as ours.

    Raises:
        Unreachable: the server at `url` does not answer, or cannot now.
        Refused: it answers, and will not have us.
    """
    try:
        yield
    except ua.UaStatusCodeError as error:
        name = ua.StatusCode(error.code).name
        if error.code in _NOT_LET_IN:
            raise Refused(
                "{url} does not let bobae in ({why}); check `user`, `password_env` and what the server allows",
                url=url,
                why=name,
            ) from error
        raise Unreachable("{url} cannot serve bobae now ({why})", url=url, why=name) from error
    except (OSError, TimeoutError) as error:
        raise Unreachable("{url} does not answer ({why})", url=url, why=str(error) or "timeout") from error
    except ua.UaError as error:
        if type(error) is ua.UaError:  # asyncua found no end point without encryption, or another certificate
            raise Refused("{url} offers no connection that bobae can use ({why})", url=url, why=error) from error
        raise _garbled(url, error) from error
    except InvalidSignature as error:
        raise Refused("{url} has signed with another key than that of its certificate", url=url) from error
    except (struct.error, ValueError, LookupError) as error:  # what asyncua lets through when it cannot read an answer
        raise _garbled(url, error) from error


def _garbled(url: str, error: Exception) -> Unreachable:
    return Unreachable("{url} does not speak OPC UA as expected ({why})", url=url, why=error)
