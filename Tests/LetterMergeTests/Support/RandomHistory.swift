import Hashing
import LetterMerge
import LetterModel
import MergeOracle

/// A history that several replicas make by chance: they edit, sync, resolve, delete and restore, and everything that must hold
/// is checked on the way.
struct RandomHistory {
    /// What is wrong; the history goes on all the same.
    private(set) var faults: [String] = []
    /// All revisions, parents before children.
    private(set) var revisions: [HistoryRevision] = []

    private var random: SplitMix
    private var editor: LetterEditor
    private var oracle = Oracle()
    private var numbers: [RevisionID: Int] = [:]
    private var ancestors: [UInt64] = []
    /// What each replica has.
    private var replicas: [UInt64] = []

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        editor = LetterEditor(random: SplitMix(seed: ~seed))
        makeRoots()
        for _ in 0..<(2 + random.below(11)) { step(random.below(replicas.count)) }
        finish()
    }

    // MARK: Revisions

    private mutating func add(_ parents: [RevisionID], _ letter: Letter?, to replica: Int) {
        var bytes: [UInt8] = []
        while bytes.count < 32 { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        guard let digest = Digest(bytes: bytes) else { preconditionFailure("32 bytes are a digest") }
        let number = revisions.count
        let parentNumbers = parents.compactMap { numbers[$0] }
        revisions.append(HistoryRevision(id: RevisionID(digest), parents: parents, letter: letter))
        numbers[RevisionID(digest)] = number
        ancestors.append(parentNumbers.reduce(0) { $0 | ancestors[$1] | 1 << UInt64($1) })
        oracle.add(parents: parentNumbers, letter: letter)
        replicas[replica] |= 1 << UInt64(number)
    }

    private func revisions(_ set: UInt64) -> [HistoryRevision] {
        revisions.indices.filter { set & 1 << UInt64($0) != 0 }.map { revisions[$0] }
    }

    private mutating func makeRoots() {
        let first = editor.first()
        let count = 2 + random.below(3)
        for replica in 0..<count {
            replicas.append(0)
            guard replica == 0 || random.oneIn(3) else { continue }
            var letter = first
            if random.oneIn(3) { letter.title = "1" }
            if random.oneIn(6) { letter = editor.edit(letter) }
            add([], letter, to: replica)
        }
    }

    // MARK: Steps

    private mutating func step(_ replica: Int) {
        let action = random.below(12)
        if action < 4 || replicas[replica] == 0 {
            let other = random.below(replicas.count)
            let both = replicas[replica] | replicas[other]
            replicas[replica] = both
            replicas[other] = both
            return
        }
        let history = revisions(replicas[replica])
        let view = Merge.view(of: history)
        check(view, replicas[replica])
        do {
            switch action {
            case 4:
                if !view.isDeleted { add(try PlannedRevision.deleting(view).parents, nil, to: replica) }
            case 5: try restore(view, history, replica)
            case 6, 7: try resolve(view, history, replica)
            default:
                if view.isDeleted { try restore(view, history, replica) } else { try edit(view, history, replica) }
            }
        } catch {
            fault("a plan was refused: \(error)")
        }
    }

    private mutating func restore(_ view: LetterView, _ history: [HistoryRevision], _ replica: Int) throws {
        let earlier = random.pick(history.filter { $0.letter != nil }).letter
        guard view.isDeleted || random.oneIn(3) else { return }
        guard let planned = try PlannedRevision.restoring(earlier, in: view) else { return }
        add(planned.parents, planned.letter, to: replica)
        expectSettled("restored", planned.letter, replica)
    }

    private mutating func resolve(_ view: LetterView, _ history: [HistoryRevision], _ replica: Int) throws {
        guard !view.conflicts.isEmpty else { return }
        var plan = try ResolvePlan(view: view, history: history)
        if random.oneIn(4) { try plan.take(random.pick(view.heads)) }
        for conflict in plan.unresolved {
            guard let field = conflict.field else {
                try plan.choose(random.oneIn(4) ? ResolvePlan.Deletion.delete : .keep)
                continue
            }
            switch random.below(3) {
            case 0: try plan.choose(.provisional, for: field)
            case 1: try plan.choose(.value(random.pick(conflict.values.map(\.value))), for: field)
            default:
                let heads = history.filter { $0.letter != nil && view.heads.contains($0.id) }
                try plan.choose(.head(random.pick(heads).id), for: field)
            }
        }
        guard case .write(let planned) = plan.outcome() else { return fault("decided, but not written") }
        if planned.parents != view.heads { fault("a resolve does not name all heads") }
        add(planned.parents, planned.letter, to: replica)
        if planned.letter != nil { expectSettled("resolved", planned.letter, replica) }
    }

    /// What replaces all heads is shown as it was written, without conflicts.
    private mutating func expectSettled(_ what: String, _ letter: Letter?, _ replica: Int) {
        let after = Merge.mergedView(of: revisions(replicas[replica]))
        if after.letter != letter { fault("\(what), but shown otherwise") }
        if !after.conflicts.isEmpty { fault("\(what), but conflicts are left") }
    }

    private mutating func edit(_ view: LetterView, _ history: [HistoryRevision], _ replica: Int) throws {
        let plan = try EditPlan(view: view, history: history)
        let edited = editor.edit(plan.base)
        switch plan.outcome(of: edited) {
        case .unchanged:
            if edited != plan.base { fault("an edit was taken for nothing") }
            return
        case .refused:
            // Other programs may write what ours refuses: the merge must take it.
            if random.oneIn(2) { return }
            add(plan.parents, edited, to: replica)
        case .write(let planned):
            add(planned.parents, planned.letter, to: replica)
            if view.conflicts.isEmpty { expectSettled("edited", edited, replica) }
        }
        guard !view.conflicts.isEmpty else { return }
        let after = Merge.view(of: revisions(replicas[replica]))
        let names = plan.base.members.keys + edited.members.keys
        let changed = names.filter { plan.base.members[$0] != edited.members[$0] }
        for field in view.conflicts.map(\.field) {
            let isTouched = field.map { changed.contains($0.components[0]) }
            if isTouched != true, !after.conflicts.contains(where: { $0.field == field }) {
                fault("an edit settled \(field?.description ?? "a deletion") as a side effect")
            }
        }
    }

    /// The history for people: what each revision replaces and says.
    var told: String {
        revisions.enumerated().map { number, revision in
            let parents = revision.parents.compactMap { numbers[$0] }
            return "\(number) after \(parents): \(revision.letter.map { $0.json.canonicalText } ?? "deleted")"
        }.joined(separator: "\n")
    }

    // MARK: What must hold

    private mutating func fault(_ text: String) {
        faults.append(text)
    }

    private mutating func check(_ view: LetterView, _ set: UInt64) {
        faults += oracle.faults(in: view, of: set)
        let deleted = revisions(set).filter { view.heads.contains($0.id) }.map { $0.letter == nil }
        if view.isDeleted, deleted.contains(false) { fault("a deletion hides an edit that it had not seen") }
        let isTold = view.conflicts.contains { $0.kind == .deletedAndEdited }
        if isTold != (deleted.contains(true) && deleted.contains(false)) {
            fault("a deletion beside an edit is a conflict, and nothing else is that conflict")
        }
        for conflict in view.conflicts where conflict.kind == .value || conflict.kind == .map {
            let values = conflict.values.map(\.value)
            guard let field = conflict.field else { continue }
            if !values.contains(view.letter[field]) { fault("\(field) shows none of its live values") }
            if view.letter[field] == nil { fault("\(field) shows the removal, not the edit") }
        }
        if view.leadingHead == nil, !view.isDeleted { fault("no leading head") }
    }

    private mutating func finish() {
        let all = replicas.reduce(0) { $0 | $1 }
        for set in Set(replicas + [all]) where set != 0 {
            let history = revisions(set)
            let view = Merge.view(of: history)
            check(view, set)
            var shuffled = history + [random.pick(history)]
            shuffled.shuffle(using: &random)
            if Merge.mergedView(of: shuffled) != view { fault("the order of arrival changes the view") }
        }
        for number in revisions.indices where random.oneIn(2) {
            guard let letter = revisions[number].letter else { continue }
            let view = Merge.mergedView(of: revisions(ancestors[number] | 1 << UInt64(number)))
            if view.letter != letter || !view.conflicts.isEmpty { fault("a revision's view is not its content") }
        }
    }
}
