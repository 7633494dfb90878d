/// The name among `names` that a person most likely meant; nil if none is near.
///
/// Near is: at most a third of the letters away, and one letter for the shortest names. Of equally near names the
/// first one wins.
package func nearestName(to word: String, among names: [String]) -> String? {
    // Longer words are no misspelt names, and the distance costs time by the product of the lengths.
    guard word.utf8.count <= 64 else { return nil }
    let most = max(1, word.count / 3)
    var nearest: (name: String, distance: Int)?
    for name in names {
        let distance = editDistance(Array(word), Array(name))
        if distance <= most, distance < name.count, distance < (nearest?.distance ?? Int.max) {
            nearest = (name, distance)
        }
    }
    return nearest?.name
}

/// How many characters have to be inserted, removed, replaced, or swapped with their neighbour.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var best = min(
                last[column] + (character == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
