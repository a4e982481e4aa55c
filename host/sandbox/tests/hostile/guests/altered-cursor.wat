;; Alters a letter of the cursor that it was given, and goes on with that.

(data (i32.const 8192) "/api/v1/groups")
(func $get_groups (param $has_cursor i32) (param $at i32) (param $size i32)
  (call $get (i32.const 8192) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (local.get $has_cursor) (local.get $at) (local.get $size) (i32.const 4096)))

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32) (local $cursor i32)
  (call $get_groups (i32.const 0) (i32.const 0) (i32.const 0))
  ;; A page with a next one, or there is nothing to alter.
  (if (i32.or (i32.load8_u (i32.const 4096)) (i32.eqz (i32.load8_u (i32.const 4108)))) (then unreachable))
  (local.set $cursor (i32.load (i32.const 4112)))
  (i32.store8 (local.get $cursor)
    (select (i32.const 66) (i32.const 65) (i32.eq (i32.load8_u (local.get $cursor)) (i32.const 65))))
  (call $get_groups (i32.const 1) (local.get $cursor) (i32.load (i32.const 4116)))
  (call $tell (i32.const 4096)))
