"""Instruments' identities, in the shapes of public logs, of other people's drivers and of manuals.

Serial numbers are made up.
"""

import re

import pytest

from harness.model.words import find
from harness.sim.supplies.make import language_of, models

#: What is answered to ``*IDN?`` -> the driver that it is for.
ANSWERS = {
    "HAMEG,HMP4040,100001,HW50020001/SW2.51": "rs_hmp",
    "ROHDE&SCHWARZ,HMP2020,100001,HW50020003/SW2.70": "rs_hmp",
    "Rohde&Schwarz,HMP4040,100001,HW50020003/SW2.62": "rs_hmp",
    "Rohde&Schwarz,NGE103B,5601.3800k03/100001,1.54": "rs_nge",
    "Rohde&Schwarz,NGE102,5601.1414k02/100001,1.30": "rs_nge",
    "Rohde&Schwarz,NGM202,3638.4472k03/100001,04.000 00CF88D3EA6": "rs_ngx",
    "RIGOL TECHNOLOGIES,DP832A,DP8B100000001,00.01.16": "rigol_dp800",
    "RIGOL TECHNOLOGIES,DP821A,DP8A000001,00.01.16": "rigol_dp800",
    "Rigol Technologies,DP832,DP8C000000000,1.0": "rigol_dp800",
    "RIGOL TECHNOLOGIES,DP2031,DP2D100000001,00.01.14": "rigol_dp2000",
    "Siglent Technologies,SPD3303X,SPD00001,1.01.01.01.02,V3.0": "siglent_spd",
    "Siglent Technologies,SPD3303X-E,SPD3X00001,1.01.01.03.12R1 V6.2": "siglent_spd",
    "Keysight Technologies,E36312A,MY00000001,2.1.0-1.0.4-1.12": "keysight_e36300",
    "KEYSIGHT TECHNOLOGIES,E36313A,MY00000001,1.0": "keysight_e36300",
    "Keysight Technologies,E36103B,MY00000001,1.0.0-1.0.0-1.02": "keysight_e36100",
    "Agilent Technologies,N6705B,MY00000001,D.01.09": "keysight_n6700",
    "KEITHLEY INSTRUMENTS,MODEL 2280S-32-6,00000001,01.08b": "keithley_2280",
    "Keithley instruments, 2230-30-1,00000001,1.16-1.04": "keithley_2230",
    "LAMBDA,GEN60-25": "tdk_genesys",
    "TDK-LAMBDA,GENH600-1.3": "tdk_genesys",
    "TDK-LAMBDA,G20-85-LAN,100A000-0001,G:03.100": "tdk_genesys_plus",
    "Envox,EEZ BB3 (STM32),002C000000000000000001,1.0": "eez_bb3",
    "Envox,BB3 (STM32),002C000000000000000001,1.8": "eez_bb3",  # as libsigrok has it
    "KORADKA3005PV2.0": "korad_ka3005",
    "KORAD KA3005P V5.5 SN:00000001": "korad_ka3005",
    "RND 320-KD3005P V4.2": "korad_ka3005",
    "S-LS-31 V2.0": "korad_ka3005",
    "TENMA 72-2540 V2.1": "korad_ka3005",
    "VELLEMANLABPS3005DV2.5": "korad_ka3005",
    "VELLEMANPS3005DV1.3": "korad_ka3005",
    # near misses: other languages under alike names
    "Agilent Technologies,E3631A,0,2.1-5.0-1.0": "",
    "Rohde&Schwarz,HMC8043,100001,HW42000000/SW01.400": "",
    "Rohde&Schwarz,HMO1024,100001,HW50020001/SW5.886": "",
    "RIGOL TECHNOLOGIES,DP932E,DP9C100000001,00.01.00": "",
    "RIGOL TECHNOLOGIES,DL3021,DL3A000001,00.01": "",
    "RIGOL TECHNOLOGIES,DS1102E,DS1ZA000001,00.04": "",
    "KORAD KWR103 V3.1": "",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_instrument_is_known_by_its_own_driver_alone(answer: str) -> None:
    """And by none, where none speaks their language."""
    words = {language_of(model) for model in models()} - {"scpi"}
    identities = {
        word: find("harness.drivers", word, group="harness.drivers", name="IDENTITY")
        for word in words
    }

    fits = {word for word, pattern in identities.items() if re.search(str(pattern), answer)}

    assert fits == {ANSWERS[answer]} - {""}
