/// HTML as text: every word of it in its order, without its looks. Paragraphs are separated by one empty line.
///
/// Nothing is rendered, fetched or run; what cannot be read as a tag is text. Left out are scripts, style sheets, comments and the
/// title of the page; of pictures the words that stand for them are kept. Time and memory grow with the length, whatever it holds.
///
/// Source: https://html.spec.whatwg.org/multipage/parsing.html#tokenization
struct HTMLText {
    private let bytes: [UInt8]
    private var position = 0
    private var result: [UInt8] = []
    private var hasSpace = false
    /// How many line ends must stand before the next word.
    private var pendingLines = 0
    private var preformattedDepth = 0
    /// What was looked for once and is nowhere further on, so that it is never looked for again.
    private var missing: Set<String> = []

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    static func text(of html: String) -> String {
        var reader = HTMLText(html)
        reader.read()
        return reader.tidied()
    }

    private mutating func read() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "<"): if !readMarkup() { append(bytes[position]) }
            case UInt8(ascii: "&"): readEntity()
            default: append(bytes[position])
            }
        }
    }

    // MARK: Text

    /// Appends the byte at the position, and goes on behind it.
    private mutating func append(_ byte: UInt8) {
        position += 1
        write(byte)
    }

    private mutating func write(_ byte: UInt8) {
        let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
        if isSpace, preformattedDepth == 0 {
            hasSpace = true
            return
        }
        if pendingLines > 0 {
            if !result.isEmpty { result += repeatElement(0x0A, count: pendingLines) }
            pendingLines = 0
        } else if hasSpace, !result.isEmpty, result.last != 0x0A {
            result.append(0x20)
        }
        hasSpace = false
        result.append(byte)
    }

    private mutating func breakLine(_ count: Int) {
        pendingLines = max(pendingLines, count)
        hasSpace = false
    }

    // MARK: Markup

    /// Reads a tag or a comment, and goes on behind it; false if it is none.
    private mutating func readMarkup() -> Bool {
        guard position + 1 < bytes.count else { return false }
        let next = bytes[position + 1]
        if bytes[position...].starts(with: "<!--".utf8) {
            return skip(past: "-->", from: position + 4)
        }
        if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") { return skip(past: ">", from: position + 2) }
        let isEnd = next == UInt8(ascii: "/")
        let start = position + (isEnd ? 2 : 1)
        let name = bytes[start...].prefix(20).prefix { HTMLText.isLetter($0) || (0x30...0x39).contains($0) }
        guard let first = name.first, HTMLText.isLetter(first), let end = endOfTag(from: name.endIndex) else {
            return false
        }
        let attributes = name.endIndex..<end
        position = end + 1
        take(String(decoding: name, as: UTF8.self).lowercased(), isEnd: isEnd, attributes)
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20)
    }

    private mutating func skip(past mark: String, from start: Int) -> Bool {
        guard let found = find(Array(mark.utf8), named: mark, from: start) else { return false }
        position = found + mark.utf8.count
        return true
    }

    /// Where these bytes are, in upper or lower case.
    private mutating func find(_ mark: [UInt8], named name: String, from start: Int) -> Int? {
        guard !missing.contains(name) else { return nil }
        var place = min(start, bytes.count)
        while place + mark.count <= bytes.count {
            var length = 0
            while length < mark.count,
                bytes[place + length] == mark[length]
                    || HTMLText.isLetter(mark[length]) && bytes[place + length] | 0x20 == mark[length]
            {
                length += 1
            }
            if length == mark.count { return place }
            place += 1
        }
        missing.insert(name)
        return nil
    }

    /// Where the `>` of a tag is: none between quotes, unless the quotes are never closed.
    private mutating func endOfTag(from start: Int) -> Int? {
        if !missing.contains("\"") {
            var quote: UInt8?
            for place in start..<bytes.count {
                let byte = bytes[place]
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    if bytes[place - 1] == UInt8(ascii: "=") || bytes[place - 1] == 0x20 { quote = byte }
                } else if byte == UInt8(ascii: ">") {
                    return place
                }
            }
            missing.insert("\"")
        }
        return find([UInt8(ascii: ">")], named: ">", from: start)
    }

    private static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "section",
        "article", "header", "footer", "main", "form", "fieldset", "figure",
    ]
    private static let lines: Set<String> = [
        "div", "tr", "li", "dt", "dd", "address", "center", "caption", "figcaption", "body", "option", "legend",
    ]
    private static let unread: Set<String> = ["script", "style", "title", "template", "noframes", "xml"]

    private mutating func take(_ name: String, isEnd: Bool, _ attributes: Range<Int>) {
        switch name {
        case "br":
            pendingLines += 1
            hasSpace = false
        case "td", "th": hasSpace = true
        case "img" where !isEnd:
            if let words = attribute("alt", in: attributes) {
                write(0x20)
                let after = position
                let inner = HTMLText(String(decoding: bytes[words], as: UTF8.self))
                // The words have entities, and no tags.
                appendWords(inner)
                position = after
                write(0x20)
            }
        case _ where HTMLText.unread.contains(name) && !isEnd:
            if let end = find(Array("</\(name)".utf8), named: "</\(name)", from: position) { position = end }
        case _ where HTMLText.paragraphs.contains(name):
            if name == "pre" { preformattedDepth = max(0, preformattedDepth + (isEnd ? -1 : 1)) }
            breakLine(2)
        case _ where HTMLText.lines.contains(name): breakLine(1)
        default: break
        }
    }

    private mutating func appendWords(_ reader: HTMLText) {
        var reader = reader
        while reader.position < reader.bytes.count {
            if reader.bytes[reader.position] == UInt8(ascii: "&") {
                reader.readEntity()
            } else {
                reader.append(reader.bytes[reader.position])
            }
        }
        reader.result.forEach { write($0) }
    }

    /// Where the value of an attribute stands.
    private func attribute(_ name: String, in range: Range<Int>) -> Range<Int>? {
        let mark = Array("\(name)=".utf8)
        var place = range.lowerBound
        while place + mark.count < range.upperBound {
            let isBegun = place == range.lowerBound || bytes[place - 1] <= 0x20
            let isFound = (0..<mark.count).allSatisfy { bytes[place + $0] | 0x20 == mark[$0] | 0x20 }
            if isBegun, isFound {
                let start = place + mark.count
                let quote = bytes[start]
                guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                    return start..<(bytes[start..<range.upperBound].firstIndex { $0 <= 0x20 } ?? range.upperBound)
                }
                let end = bytes[(start + 1)..<range.upperBound].firstIndex(of: quote) ?? range.upperBound
                return (start + 1)..<end
            }
            place += 1
        }
        return nil
    }

    // MARK: Entities

    /// Reads `&amp;`, `&#38;` or `&#x26;`; a `&` that begins none of them is text.
    private mutating func readEntity() {
        let rest = bytes[(position + 1)...].prefix(12)
        let isNumber = rest.first == UInt8(ascii: "#")
        let name = (isNumber ? rest.dropFirst() : rest).prefix { HTMLText.isLetter($0) || (0x30...0x39).contains($0) }
        let isClosed = name.endIndex < bytes.count && bytes[name.endIndex] == UInt8(ascii: ";")
        let word = String(decoding: name, as: UTF8.self)
        let scalar = isNumber ? HTMLEntities.numbered(word) : isClosed ? HTMLEntities.named(word) : nil
        guard let scalar, !name.isEmpty else { return append(UInt8(ascii: "&")) }
        position = name.endIndex + (isClosed ? 1 : 0)
        // A space that is written as an entity is one that is meant.
        for byte in String(Character(scalar)).utf8 { write(byte) }
    }

    // MARK: Tidying

    /// Lines of nothing but spaces are empty, and there is never more than one of them in a row.
    private func tidied() -> String {
        var lines: [[UInt8]] = []
        var emptyCount = 1
        for line in result.split(separator: 0x0A, omittingEmptySubsequences: false) {
            var words = Array(line)
            while let last = words.last,
                last == 0x20 || words.count >= 2 && words.suffix(2).elementsEqual([0xC2, 0xA0])
            {
                words.removeLast(last == 0x20 ? 1 : 2)
            }
            if words.isEmpty { emptyCount += 1 } else { emptyCount = 0 }
            if emptyCount < 2 { lines.append(words) }
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return String(decoding: Array(lines.joined(separator: [0x0A])), as: UTF8.self)
    }
}

/// The characters that HTML names.
enum HTMLEntities {
    /// `8217`, or `x2019`; nil for none. Numbers of control characters stand for windows-1252, as in every browser.
    static func numbered(_ word: String) -> Unicode.Scalar? {
        let isHexadecimal = word.utf8.first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
        guard let number = isHexadecimal ? UInt32(word.dropFirst(), radix: 16) : UInt32(word) else { return nil }
        if (0x80..<0xA0).contains(number) {
            return Unicode.Scalar(CharsetTables.windows1252[Int(number) - 0x80])
        }
        guard number >= 0x20 || number == 0x09 || number == 0x0A else { return nil }
        return Unicode.Scalar(number)
    }

    /// `auml`; nil for a name that HTML 4 does not know.
    static func named(_ word: String) -> Unicode.Scalar? {
        names[word]
    }

    /// Latin-1 in the order of its numbers, from 160.
    private static let latin = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot \
        cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
        Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
        agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute \
        ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
        """

    /// All others of HTML 4, each with its character.
    private static let others = """
        quot " amp & lt < gt > apos ' OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ circ ˆ tilde ˜ ensp \u{2002} emsp \u{2003} \
        thinsp \u{2009} zwnj \u{200C} zwj \u{200D} lrm \u{200E} rlm \u{200F} ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” \
        bdquo „ dagger † Dagger ‡ permil ‰ lsaquo ‹ rsaquo › euro € fnof ƒ Alpha Α Beta Β Gamma Γ Delta Δ Epsilon Ε Zeta Ζ Eta Η \
        Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω \
        alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π rho ρ \
        sigmaf ς sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω thetasym ϑ upsih ϒ piv ϖ bull • hellip … prime ′ Prime ″ oline ‾ \
        frasl ⁄ weierp ℘ image ℑ real ℜ trade ™ alefsym ℵ larr ← uarr ↑ rarr → darr ↓ harr ↔ crarr ↵ lArr ⇐ uArr ⇑ rArr ⇒ dArr ⇓ \
        hArr ⇔ forall ∀ part ∂ exist ∃ empty ∅ nabla ∇ isin ∈ notin ∉ ni ∋ prod ∏ sum ∑ minus − lowast ∗ radic √ prop ∝ infin ∞ \
        ang ∠ and ∧ or ∨ cap ∩ cup ∪ int ∫ there4 ∴ sim ∼ cong ≅ asymp ≈ ne ≠ equiv ≡ le ≤ ge ≥ sub ⊂ sup ⊃ nsub ⊄ sube ⊆ supe ⊇ \
        oplus ⊕ otimes ⊗ perp ⊥ sdot ⋅ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lang 〈 rang 〉 loz ◊ spades ♠ clubs ♣ hearts ♥ diams ♦
        """

    private static let names: [String: Unicode.Scalar] = {
        var names: [String: Unicode.Scalar] = [:]
        for (index, name) in latin.utf8.split(separator: 0x20).enumerated() {
            names[String(decoding: name, as: UTF8.self)] = Unicode.Scalar(UInt32(160 + index))
        }
        let words = others.utf8.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            names[words[index]] = words[index + 1].unicodeScalars.first
        }
        return names
    }()
}
