"""Messages that a hospital could send; every person invented."""

from typing import Any

OWN, OTHER = "1.2.250.1.999.40", "1.2.250.1.999.41"
LOUISE = "285079730200175"
DEMO = "1.2.250.1.213.1.4.11"


def msh(event: str = "A28", structure: str = "ADT_A05", *, control: str = "MSG-1", charset: str = "UNICODE UTF-8",
        version: str = "2.5^FRA^2.11", processing: str = "P", kind: str = "ADT") -> str:  # fmt: skip
    return (
        f"MSH|^~\\&|GAM|CHK|PEPITES|REGION|20261126101500-0300||{kind}^{event}^{structure}|{control}|{processing}"
        f"|{version}|||||FRA|{charset}|||2.11^IHE_FRANCE-2.11-PAM"
    )


def pid(local_id: str = "IPP-1", *, system: str = OWN, more: str = "", **fields: str) -> str:
    values = {
        3: f"{local_id}^^^CHK&{system}&ISO^PI{more}",
        5: "TEST-GUYANE^LOUISE^LOUISE AMANDINE^^^^L~MARTIN^LOU^^^^^D",
        7: "19850714",
        8: "F",
        11: "12 rue des Palmistes^^Kourou^^97310^^H^^97304~^^Cayenne^^^^BDL^^97302",
        13: "^PRN^PH^^^^^^^^^0694123456",
        32: "PROV",
    } | {int(name.removeprefix("f")): value for name, value in fields.items()}
    return "PID|" + "|".join(values.get(number, "") for number in range(1, 33))


INS = f"~{LOUISE}^^^ASIP-SANTE-INS-NIR-DEMO&{DEMO}&ISO^INS"


def adt(*segments: str, encoding: str = "utf-8", **header: Any) -> bytes:
    lines = [msh(**header), "EVN||20261126101400-0300", *(segments or (pid(),)), "PV1|1|N"]
    return "".join(f"{line}\r" for line in lines).encode(encoding)
