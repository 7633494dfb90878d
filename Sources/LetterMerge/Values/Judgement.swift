import Canaries
import LetterModel

/// What the live writes of a cell come to.
struct Judgement {
    /// The value; nil where it is absent. Of a conflict it says nothing.
    let value: JSONValue?
    /// Whether the writes disagree and no rule can decide.
    let isConflict: Bool

    init(value: JSONValue?) {
        self.value = value
        isConflict = false
    }

    private init() {
        value = nil
        isConflict = true
    }

    /// The writes disagree.
    static let conflict = Judgement()
}

extension CellHistory {
    /// The value of these live writes, by the cell's rule.
    mutating func judge(_ live: [Int], _ ancestry: Ancestry) -> Judgement {
        guard let first = live.first else { return Judgement(value: nil) }
        let value = writes[first].value
        if rule == .presence { return Judgement(value: value) }
        if live.allSatisfy({ writes[$0].value == value }) { return Judgement(value: value) }
        #if CANARIES
            if Canary.lastWriteWins.isOn, rule == .scalar, let last = live.last {
                return Judgement(value: writes[last].value)
            }
        #endif
        switch rule {
        case .presence, .scalar, .entry: return .conflict
        case .text: return judgeText(live, ancestry)
        case .list: return judgeList(live, ancestry)
        case .access: return judgeAccess(live)
        case .source: return judgeSource(live)
        case .least: return judgeLeast(live)
        }
    }

    /// The distinct values of live writes, the removal first, then by canonical bytes.
    func distinctValues(_ live: [Int]) -> [JSONValue?] {
        live.map { writes[$0].value }.distinctInOrder()
    }
}
