;; Never begins: the module's start function does not end.

(func $spin (loop (br 0)))
(start $spin)
