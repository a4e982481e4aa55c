;; How a guest answers.

(data (i32.const 2560) "{\22answer\22:\22000\22}")
(data (i32.const 2600) "a page came")
(data (i32.const 2620) "an answer came that holds no text")

;; ok(done({ structured: some(text), content: [] }))
(func $done (param $at i32) (param $size i32) (result i32)
  (i32.store8 (i32.const 1024) (i32.const 0))
  (i32.store8 (i32.const 1028) (i32.const 0))
  (i32.store8 (i32.const 1032) (i32.const 1))
  (i32.store (i32.const 1036) (local.get $at))
  (i32.store (i32.const 1040) (local.get $size))
  (i32.store (i32.const 1044) (i32.const 0))
  (i32.store (i32.const 1048) (i32.const 0))
  (i32.const 1024))

;; err(failed(text))
(func $fail (param $at i32) (param $size i32) (result i32)
  (i32.store8 (i32.const 1024) (i32.const 1))
  (i32.store8 (i32.const 1028) (i32.const 1))
  (i32.store (i32.const 1032) (local.get $at))
  (i32.store (i32.const 1036) (local.get $size))
  (i32.const 1024))

;; `{"answer":"NNN"}`
(func $number (param $n i32) (result i32)
  (i32.store8 (i32.const 2571)
    (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 100)) (i32.const 10))))
  (i32.store8 (i32.const 2572)
    (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 10)) (i32.const 10))))
  (i32.store8 (i32.const 2573)
    (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
  (call $done (i32.const 2560) (i32.const 16)))

;; Fails with the host's own words about the request whose answer is at $at.
(func $tell (param $at i32) (result i32)
  ;; A page.
  (if (i32.eqz (i32.load8_u (local.get $at)))
    (then (return (call $fail (i32.const 2600) (i32.const 11)))))
  ;; denied, invalid, unavailable and exhausted carry a text; refusals do not come from the host alone.
  (if (i32.or
        (i32.lt_u (i32.load8_u offset=4 (local.get $at)) (i32.const 2))
        (i32.ge_u (i32.load8_u offset=4 (local.get $at)) (i32.const 6)))
    (then (return (call $fail
      (i32.load offset=8 (local.get $at)) (i32.load offset=12 (local.get $at))))))
  (call $fail (i32.const 2620) (i32.const 33)))
