;; 256 KiB: answers from 1024, texts of common pieces from 2048, a guest's own texts from 8192, the heap from 65536.
(memory (export "memory") 4)
