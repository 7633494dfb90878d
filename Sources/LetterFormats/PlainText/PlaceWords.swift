import LetterModel

/// Places that are datelines even without a date, and what stands inside names of places.
enum PlaceWords {
    /// Whether everybody knows the place: seats of government, capitals, cities of organisations.
    static func isKnown(_ text: String) -> Bool {
        known.contains(ByteKey(Words.key(text)))
    }

    /// Words of names that have no capital letter.
    static let particles = WordTable(
        """
        of the on upon in at near by sur le la les de des du da do dos am an der die das bei im в на près del city \
        şəhəri \
        şəhər г гор м st s aan den het op und and et y e i near nr
        """)

    private static let known: Set<ByteKey> = Set(
        names.split(separator: ",").map { ByteKey(Words.fold($0)) })

    private static let names = """
        the white house, 10 downing street, downing street, buckingham palace, the kremlin, kremlin, palais de \
        l'élysée, \
        élysée, the vatican, vatican city, the hague, den haag, united nations headquarters, \
        abu dhabi, abuja, accra, addis ababa, algiers, amman, amsterdam, ankara, antananarivo, ashgabat, astana, \
        asunción, \
        athens, baghdad, baku, bakı, баку, bamako, bangkok, banjul, beijing, beirut, belgrade, belmopan, berlin, bern, \
        bishkek, \
        bogotá, brasília, bratislava, brazzaville, bridgetown, brussels, bruxelles, bucharest, budapest, buenos aires, \
        cairo, \
        canberra, caracas, chisinau, colombo, conakry, copenhagen, dakar, damascus, delhi, dhaka, dili, djibouti, \
        dodoma, doha, \
        dublin, dushanbe, freetown, gaborone, geneva, genève, georgetown, guatemala city, hanoi, harare, havana, \
        helsinki, \
        islamabad, jakarta, jeddah, jerusalem, kabul, kampala, kathmandu, khartoum, kigali, kingston, kinshasa, kuala \
        lumpur, \
        kuwait city, kyiv, киев, київ, la paz, libreville, lilongwe, lima, lisbon, ljubljana, lomé, london, luanda, \
        lusaka, \
        luxembourg, madrid, malé, managua, manama, manila, maputo, mexico city, minsk, минск, mogadishu, monaco, \
        monrovia, \
        montevideo, moscow, москва, muscat, nairobi, nassau, naypyidaw, new delhi, new york, niamey, nicosia, \
        nouakchott, oslo, \
        ottawa, ouagadougou, panama city, paramaribo, paris, phnom penh, podgorica, port-au-prince, prague, praia, \
        pretoria, \
        pristina, quito, rabat, reykjavik, riga, riyadh, rome, roma, san josé, san marino, san salvador, sana'a, \
        santiago, \
        santo domingo, sarajevo, seoul, singapore, skopje, sofia, stockholm, strasbourg, tallinn, tashkent, tbilisi, \
        tegucigalpa, \
        tehran, thimphu, tirana, tokyo, tripoli, tunis, ulaanbaatar, vaduz, valletta, victoria, vienna, wien, \
        vientiane, vilnius, \
        warsaw, warszawa, washington, washington d.c, washington dc, wellington, windhoek, yamoussoukro, yaoundé, \
        yerevan, zagreb, \
        istanbul, oxford, cambridge, edinburgh, st petersburg, санкт-петербург, leipzig, weimar, münchen, zürich, \
        boston, philadelphia
        """
}
