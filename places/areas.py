"""Postcode areas of the United Kingdom with an approximate middle: where an outcode is not in our table, its area's middle stands in for it.

Good to a few miles: enough to say "too far" or "near", never shown as a distance without "about". Latitude and longitude in degrees.
"""

AREAS: dict[str, tuple[float, float, str]] = {
    "AB": (57.2, -2.3, "Aberdeen"), "AL": (51.78, -0.31, "St Albans"), "B": (52.48, -1.88, "Birmingham"), "BA": (51.28, -2.42, "Bath"),
    "BB": (53.77, -2.36, "Blackburn"), "BD": (53.83, -1.82, "Bradford"), "BH": (50.76, -1.88, "Bournemouth"), "BL": (53.58, -2.44, "Bolton"),
    "BN": (50.85, -0.16, "Brighton"), "BR": (51.39, 0.04, "Bromley"), "BS": (51.44, -2.6, "Bristol"), "BT": (54.6, -6.2, "Belfast"),
    "CA": (54.75, -3.1, "Carlisle"), "CB": (52.24, 0.16, "Cambridge"), "CF": (51.56, -3.28, "Cardiff"), "CH": (53.24, -3.02, "Chester"),
    "CM": (51.75, 0.47, "Chelmsford"), "CO": (51.9, 0.95, "Colchester"), "CR": (51.35, -0.09, "Croydon"), "CT": (51.29, 1.17, "Canterbury"),
    "CV": (52.41, -1.52, "Coventry"), "CW": (53.13, -2.51, "Crewe"), "DA": (51.44, 0.24, "Dartford"), "DD": (56.55, -2.9, "Dundee"),
    "DE": (52.96, -1.5, "Derby"), "DG": (55.05, -3.9, "Dumfries"), "DH": (54.8, -1.6, "Durham"), "DL": (54.45, -1.65, "Darlington"),
    "DN": (53.52, -0.8, "Doncaster"), "DT": (50.75, -2.42, "Dorchester"), "DY": (52.42, -2.14, "Dudley"), "E": (51.54, -0.02, "East London"),
    "EC": (51.52, -0.095, "City of London"), "EH": (55.9, -3.3, "Edinburgh"), "EN": (51.68, -0.06, "Enfield"), "EX": (50.77, -3.7, "Exeter"),
    "FK": (56.1, -3.85, "Falkirk"), "FY": (53.83, -3.0, "Blackpool"), "G": (55.86, -4.28, "Glasgow"), "GL": (51.85, -2.15, "Gloucester"),
    "GU": (51.21, -0.7, "Guildford"), "GY": (49.46, -2.58, "Guernsey"), "HA": (51.59, -0.36, "Harrow"), "HD": (53.64, -1.79, "Huddersfield"),
    "HG": (54.05, -1.55, "Harrogate"), "HP": (51.73, -0.66, "Hemel Hempstead"), "HR": (52.08, -2.75, "Hereford"), "HS": (58.1, -6.7, "Hebrides"),
    "HU": (53.78, -0.33, "Hull"), "HX": (53.71, -1.89, "Halifax"), "IG": (51.6, 0.07, "Ilford"), "IM": (54.2, -4.55, "Isle of Man"),
    "IP": (52.2, 1.1, "Ipswich"), "IV": (57.6, -4.7, "Inverness"), "JE": (49.2, -2.1, "Jersey"), "KA": (55.6, -4.6, "Kilmarnock"),
    "KT": (51.36, -0.33, "Kingston upon Thames"), "KW": (58.7, -3.3, "Kirkwall"), "KY": (56.2, -3.15, "Kirkcaldy"), "L": (53.43, -2.93, "Liverpool"),
    "LA": (54.2, -2.85, "Lancaster"), "LD": (52.2, -3.4, "Llandrindod Wells"), "LE": (52.62, -1.13, "Leicester"), "LL": (53.05, -3.8, "Llandudno"),
    "LN": (53.2, -0.4, "Lincoln"), "LS": (53.82, -1.5, "Leeds"), "LU": (51.9, -0.44, "Luton"), "M": (53.47, -2.24, "Manchester"),
    "ME": (51.35, 0.58, "Medway"), "MK": (52.06, -0.73, "Milton Keynes"), "ML": (55.78, -3.9, "Motherwell"), "N": (51.58, -0.11, "North London"),
    "NE": (55.05, -1.65, "Newcastle upon Tyne"), "NG": (52.98, -1.1, "Nottingham"), "NN": (52.27, -0.9, "Northampton"), "NP": (51.7, -3.0, "Newport"),
    "NR": (52.68, 1.3, "Norwich"), "NW": (51.55, -0.19, "North West London"), "OL": (53.55, -2.1, "Oldham"), "OX": (51.77, -1.25, "Oxford"),
    "PA": (55.9, -5.2, "Paisley"), "PE": (52.65, -0.05, "Peterborough"), "PH": (56.6, -3.9, "Perth"), "PL": (50.4, -4.4, "Plymouth"),
    "PO": (50.82, -1.0, "Portsmouth"), "PR": (53.73, -2.73, "Preston"), "RG": (51.4, -1.05, "Reading"), "RH": (51.13, -0.15, "Redhill"),
    "RM": (51.57, 0.2, "Romford"), "S": (53.37, -1.4, "Sheffield"), "SA": (51.8, -4.2, "Swansea"), "SE": (51.46, -0.05, "South East London"),
    "SG": (51.95, -0.2, "Stevenage"), "SK": (53.33, -2.08, "Stockport"), "SL": (51.53, -0.64, "Slough"), "SM": (51.36, -0.19, "Sutton"),
    "SN": (51.5, -1.85, "Swindon"), "SO": (50.95, -1.38, "Southampton"), "SP": (51.1, -1.75, "Salisbury"), "SR": (54.88, -1.38, "Sunderland"),
    "SS": (51.57, 0.63, "Southend-on-Sea"), "ST": (52.95, -2.1, "Stoke-on-Trent"), "SW": (51.46, -0.17, "South West London"),
    "SY": (52.6, -2.95, "Shrewsbury"), "TA": (51.05, -3.1, "Taunton"), "TD": (55.65, -2.5, "Galashiels"), "TF": (52.7, -2.45, "Telford"),
    "TN": (51.15, 0.35, "Tunbridge Wells"), "TQ": (50.45, -3.6, "Torquay"), "TR": (50.2, -5.2, "Truro"), "TS": (54.57, -1.2, "Teesside"),
    "TW": (51.45, -0.35, "Twickenham"), "UB": (51.53, -0.43, "Southall"), "W": (51.51, -0.21, "West London"), "WA": (53.4, -2.55, "Warrington"),
    "WC": (51.52, -0.12, "West Central London"), "WD": (51.66, -0.4, "Watford"), "WF": (53.67, -1.45, "Wakefield"), "WN": (53.54, -2.63, "Wigan"),
    "WR": (52.18, -2.15, "Worcester"), "WS": (52.65, -1.95, "Walsall"), "WV": (52.59, -2.2, "Wolverhampton"), "YO": (54.05, -0.95, "York"),
    "ZE": (60.3, -1.25, "Shetland"),
}  # fmt: skip
