;; Answers, and never gives the answer's memory back.

(func (export "cabi_post_okta:plugin/tools@0.1.0#call") (param i32)
  (loop (br 0)))
