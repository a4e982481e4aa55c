;; Its allocator, which the host calls while it hands over a page, asks for the next page: guest in host in
;; guest, for ever.

(data (i32.const 8192) "/api/v1/groups")
(global $asked (mut i32) (i32.const 0))
(global $top (mut i32) (i32.const 65536))
(func $get_groups
  (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
  (call $get (i32.const 8192) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096)))
(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
  (if (global.get $asked) (then (call $get_groups)))
  (global.set $top (i32.add (global.get $top) (i32.const 4096)))
  (global.get $top))

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $get_groups)
  (call $number (global.get $asked)))
