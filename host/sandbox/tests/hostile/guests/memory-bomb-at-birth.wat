;; Declares 4 GiB of memory to begin with.

(memory (export "memory") 65536)
