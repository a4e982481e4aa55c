;; Answers `{"answer":"000"}`: for guests whose attack is elsewhere.
(func (export "okta:plugin/tools@0.1.0#call")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (call $number (i32.const 0)))
