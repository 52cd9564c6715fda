"""Words that headings of results tables are made of, in some languages, and what each is likely to mean.

    meaning("Wahlberechtigte")        "registered"
    meaning("Número de votantes")     "voters"

Know before changing: this is for a first guess that a person looks at (`sandik night sketch`), and for
nothing that is counted. The first row that fits wins, so the narrow words stand before the wide ones.
"""

from itertools import pairwise

from producers.formats.slugs import slug

MEANINGS: tuple[tuple[str, str], ...] = (
    ("ignore", """turnout percent pct share oran prozent porcentaje pourcentage beteiligung stimmbeteiligung
        wahlbeteiligung participation rank rang url lat lon latitude
        longitude latitud longitud geometry notes note notlar observaciones winner"""),
    ("party", """party parti partei partido partito parties siglas partai affiliation"""),
    ("choice", """candidate candidat candidato kandidat aday adayi choice option lista liste list candidatura
        bewerber kandidatas kandydat"""),
    ("invalid", """invalid spoilt spoiled rejected blank blanks nulos nulo blancos blanco ungultige ungueltige
        ungultig ungueltig leer leere gecersiz nuls blancs
        over-votes under-votes overvotes undervotes bos annullate nulle bianche ongeldig
        niewazne"""),
    ("valid", """valid gecerli validos valido gultige gueltige gultig gueltig exprimes valide valids geldig
        wazne formal valables"""),
    ("registered", """registered register electors electorate electores secmen kayitli wahlberechtigte
        possible-voters eligible-voters inscrits inscritos inscripto padron censo elettori habilitados
        eligible enrolment enrollment uprawnieni kiesgerechtigden rostered stimmberechtigte iscritti"""),
    ("voters", """voters voted ballots-cast ballots votes-cast total-votes votantes wahler waehler votants
        votanti kullanan sufragantes emitidos opgekomen glosowalo cast eingelegte abgegebene"""),
    ("votes", """votes vote oy votos stimmen voix voti stemmen glosow"""),
    ("unit", """precinct box sandik mesa casilla booth polling station bureau seccion section sezione seggio
        wahlbezirk stimmbezirk bezirk wahllokal stembureau obwod ps"""),
    ("contest", """contest office race cargo election eleccion wahl secim scrutin elezione"""),
    ("area", """country state province provincia provinz il region land departamento departement voivodeship
        county district landkreis kreis constituency ilce municipality municipio municipi comune commune
        gemeinde town city canton kanton ward mahalle neighborhood neighbourhood barrio parish parroquia
        distrito circunscripcion authority lga"""),
    ("time", """time timestamp updated reported hora saat zeit uhrzeit zaman"""),
)  # fmt: skip


def meaning(heading: str) -> str:
    """What a heading is likely to be; "" if no word of it is known."""
    words = slug(heading).split("-")
    for known in ({"-".join(pair) for pair in pairwise(words)}, set(words)):
        for what, row in MEANINGS:
            if known & set(row.split()):
                return what
    return ""
